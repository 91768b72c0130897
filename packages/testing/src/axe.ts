/** What axe-core finds on a page. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

interface Found {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** One line for each rule that is broken, with the elements that break it. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Found[] }> } };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
