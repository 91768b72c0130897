/** A process that serves one variant. */
import { variantOf } from '../variants';
import { SQLITE3 } from '../variants/variant';
import { countInProcess } from './counter';
import { serveProcess } from './serve-process';

async function main([id = '', url = '']: string[]): Promise<void> {
  const counter = process.env['BENCH_COUNT'] ? countInProcess(SQLITE3) : undefined;
  serveProcess(await variantOf(id).start(url), counter);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
