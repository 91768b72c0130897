// The page's own script: it places what is drawn on time lines, follows live, and asks for plans. The server makes all HTML.
const base = document.body.dataset['base'] ?? '';
const THEME = 'quartet-panel-theme';
const PAUSED = 'quartet-panel-paused';

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Places by script what a strict policy lets no style attribute place. @param {ParentNode} root */
function place(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (
    root.querySelectorAll('[data-left]')
  )) {
    element.style.left = `${element.dataset['left']}%`;
    if (element.dataset['width']) element.style.width = `${element.dataset['width']}%`;
  }
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (
    root.querySelectorAll('[data-indent]')
  ))
    line.style.setProperty('--indent', `${line.dataset['indent']}ch`);
}

/** Takes over one part of a page that was asked for again; what is open, focused and scrolled stays. @param {Document} page @param {string} id */
function take(page, id) {
  const [now, then] = [byId(id), page.getElementById(id)];
  if (!then || now.dataset['html'] === then.innerHTML) return;
  const focused = document.activeElement?.id;
  const states = new Map(
    [...now.querySelectorAll('details[id]')].map((each) => [each.id, each.hasAttribute('open')]),
  );
  const html = then.innerHTML;
  now.replaceChildren(...then.childNodes);
  now.dataset['html'] = html;
  for (const [each, open] of states) document.getElementById(each)?.toggleAttribute('open', open);
  place(now);
  if (focused && focused !== document.activeElement?.id)
    document.getElementById(focused)?.focus({ preventScroll: true });
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    take(page, 'list');
    take(page, 'pools');
    const request = document.querySelector('article.request');
    if (request?.getAttribute('data-state') === 'under-way') take(page, 'request');
  } finally {
    asking = false;
    if (again) {
      again = false;
      void refresh();
    }
  }
}

/** @type {EventSource | undefined} */
let events;
/** @param {boolean} on */
function follow(on) {
  const button = byId('live');
  button.setAttribute('aria-pressed', String(on));
  events?.close();
  events = undefined;
  if (!on) return;
  events = new EventSource(`${base}/live`);
  events.addEventListener('change', () => void refresh());
  // Closed for good where too many pages follow: the browser does not try again by itself then.
  events.addEventListener('error', () => {
    if (events?.readyState === EventSource.CLOSED) follow(false);
  });
}

/** @param {HTMLElement} button */
async function explain(button) {
  const placeOfPlan = button.closest('.group')?.querySelector('.plan-place');
  if (!placeOfPlan) return;
  const answer = await fetch(`${base}/explain/${button.dataset['explain']}`, {
    method: 'POST',
    headers: { Accept: 'text/html' },
  });
  const text = await answer.text();
  if (answer.ok)
    placeOfPlan.replaceChildren(
      ...new DOMParser().parseFromString(text, 'text/html').body.childNodes,
    );
  else {
    const problem = document.createElement('p');
    problem.className = 'error';
    problem.textContent = text;
    placeOfPlan.replaceChildren(problem);
  }
}

function applyTheme() {
  const theme = localStorage.getItem(THEME) ?? 'system';
  document.documentElement.dataset['theme'] = theme;
  /** @type {HTMLSelectElement} */ (byId('theme')).value = theme;
}

document.addEventListener('click', ({ target }) => {
  const button = target instanceof HTMLElement ? target.closest('button') : undefined;
  if (button?.dataset['explain']) void explain(button);
});
byId('theme').addEventListener('change', ({ target }) => {
  localStorage.setItem(THEME, /** @type {HTMLSelectElement} */ (target).value);
  applyTheme();
});
byId('live').addEventListener('click', () => {
  const on = byId('live').getAttribute('aria-pressed') !== 'true';
  sessionStorage.setItem(PAUSED, String(!on));
  follow(on);
  if (on) void refresh();
});
byId('clear').addEventListener('click', () => void clear());

async function clear() {
  await fetch(`${base}/clear`, { method: 'POST' });
  location.assign(base);
}

applyTheme();
place(document);
follow(sessionStorage.getItem(PAUSED) !== 'true');
