/** How the engine parts with a connection. */
import type { DriverConnection } from '../dialects/driver-connection';

/** Closes it in order; one that is broken or does not answer is destroyed. Never rejects. */
export function closeDriver(driver: DriverConnection): Promise<void> {
  return driver.close().catch(() => driver.destroy());
}
