/** Whether warnings for developers are wanted: neither in production nor in tests. */
export function isDevelopment(): boolean {
  return !['production', 'test'].includes(process.env['NODE_ENV'] ?? '');
}
