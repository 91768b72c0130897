import { render } from 'preact';
import './fonts.css';
import '@quartet/debug-panel/page/theme.css';
import '@quartet/debug-panel/page/parts.css';
import './layout.css';
import './parts.css';
import './workshop.css';
import { App } from './app';
import { applyTheme } from './theme';

applyTheme();
const root = document.getElementById('page');
if (root) render(<App />, root);
