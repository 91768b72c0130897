/** What every answer carries: helmet's headers, as they are. Among others no sniffing, since text answers repeat what the client sent. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

export const securityHeaders: RequestHandler = helmet({
  // The apps speak HTTP; a proxy with TLS in front of them decides where links lead.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
});
