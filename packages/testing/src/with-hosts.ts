/** A database URL with other servers in it. */

/** @param hosts `127.0.0.1:1`, or several with commas between. @param parameters behind the `?`, where there are some */
export function withHosts(url: string, hosts: string, parameters = ''): string {
  return url.replace(new URL(url).host, hosts) + (parameters && `?${parameters}`);
}

/** The hosts of these URLs, as a list. */
export function hostsOf(...urls: readonly string[]): string {
  return urls.map((url) => new URL(url).host).join(',');
}
