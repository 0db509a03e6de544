import { createHash } from 'node:crypto';
import { escapeMarkup } from '../cli/diagram/escape';
import { SIGNS, STATES, type Health } from './health';
import { STYLE } from './style';

/** The page, and what browsers let it do: to run its own script, and to ask its own server. */
export interface MapDocument {
  readonly html: string;
  readonly policy: string;
}

export function documentOf(title: string, script: string): MapDocument {
  // In a script, the end of its element would end it.
  const code = script.replace(/<\/(script)/gi, '<\\/$1');
  return { html: htmlOf(escapeMarkup(title), code), policy: policyOf(code) };
}

function policyOf(script: string): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(STYLE)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

const LEGEND: readonly Health[] = ['busy', 'idle', 'errors', 'gone'];

function htmlOf(title: string, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: live map</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${title} <small>live map</small></h1>
<p id="status" role="status">Waiting for the first figures …</p>
<form id="filters" role="search" aria-label="What is shown">
<span role="radiogroup" aria-label="View" class="group">
<label><input type="radio" name="view" id="view-map" value="map">Map</label>
<label><input type="radio" name="view" id="view-list" value="list">List</label>
</span>
<label>Service <input type="search" id="find" placeholder="name" autocomplete="off" aria-keyshortcuts="/"></label>
<span class="group">
<label><input type="checkbox" id="only-errors">Only errors</label>
<label><input type="checkbox" id="only-busy">Only busy</label>
</span>
<label class="of-map">Around <select id="around"><option value="">the whole system</option></select></label>
<span class="of-map group"><button type="button" id="smaller" aria-label="Smaller">−</button>
<button type="button" id="larger" aria-label="Larger">+</button>
<button type="button" id="fit">Fit</button></span>
</form>
</header>
<main>
<section id="map" aria-label="Map" tabindex="-1"></section>
<section id="list" aria-label="List" hidden></section>
<aside id="panel" aria-labelledby="panel-title" hidden>
<header><h2 id="panel-title" tabindex="-1"></h2><button type="button" id="panel-close" aria-label="Close">✕</button></header>
<div id="panel-content" tabindex="0"></div>
</aside>
</main>
<footer aria-label="Legend">
${LEGEND.map((state) => `<span class="${state}"><b>${SIGNS[state]}</b> ${STATES[state]}</span>`).join('\n')}
<span>arrow keys move, Enter opens, Esc closes, / searches</span>
</footer>
<script>${script}</script>
</body>
</html>
`;
}
