import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DefaultTheme } from 'vitepress';
import { defineConfig } from 'vitepress';

const require = createRequire(import.meta.url);
const { slugOf } = require('../../../scripts/lib/docs/links.cjs');
const sidebar = JSON.parse(
  readFileSync(new URL('../.pages/sidebar.json', import.meta.url), 'utf8'),
) as DefaultTheme.SidebarMulti;

export default defineConfig({
  title: 'Quartet',
  description: 'Four data-access styles for Express, on one engine, with one session for each request.',
  srcDir: '.pages',
  outDir: 'dist',
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: slugOf },
    config(markdown) {
      const fence = markdown.renderer.rules.fence;
      markdown.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index] ?? { info: '', content: '' };
        if (info.trim() !== 'mermaid') return fence?.(tokens, index, ...rest) ?? '';
        return `<Diagram text="${encodeURIComponent(content)}" />`;
      };
    },
  },
  head: [['link', { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }]],
  vite: { build: { chunkSizeWarningLimit: 2_000 } }, // Mermaid's own, loaded where a page has a diagram
  themeConfig: {
    logo: '/favicon.svg',
    nav: [
      { text: 'Contents', link: '/contents' },
      { text: 'Styles', link: '/comparison' },
      { text: 'API', link: '/api/' },
    ],
    sidebar,
    outline: [2, 3],
    search: {
      provider: 'local',
      // A page explains; the reference lists.
      options: {
        miniSearch: {
          searchOptions: {
            boostDocument: (id: string) => (/^\/(?:api|decisions)\//.test(id) ? 0.3 : 1),
          },
        },
      },
    },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
