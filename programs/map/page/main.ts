/** The script of the page. It asks its own server alone: for what the system is once, for figures as they come. */
import { keep, type Filter } from '../filter';
import { summaryInWords } from '../sentences';
import type { Drawing, MapState, MapSystem } from '../view';
import { byId, html, write } from './dom';
import { Drawn } from './draw';
import { List } from './list';
import { Panel } from './panel';

/** Below this width, a phone, drawings go from top to bottom, and the list comes first. */
const NARROW = window.matchMedia('(max-width: 700px)');

const status = byId('status', HTMLElement);
const map = byId('map', HTMLElement);
const listing = byId('list', HTMLElement);
const find = byId('find', HTMLInputElement);
const around = byId('around', HTMLSelectElement);
const errors = byId('only-errors', HTMLInputElement);
const busy = byId('only-busy', HTMLInputElement);
const views = { map: byId('view-map', HTMLInputElement), list: byId('view-list', HTMLInputElement) };
const sizes = {
  smaller: byId('smaller', HTMLButtonElement),
  larger: byId('larger', HTMLButtonElement),
  fit: byId('fit', HTMLButtonElement),
};

async function begin(): Promise<void> {
  const system = (await (await fetch('system')).json()) as MapSystem;
  let state: MapState | undefined;
  let drawn: Drawn | undefined;
  let scale: number | undefined;
  let opener: string | undefined;
  let drawings = 0;

  const open = (id: string): void => {
    if (state === undefined) return;
    opener = id;
    panel.open(id, state);
    document.body.classList.add('with-panel');
    resize();
    show();
  };
  const close = (): void => {
    panel.close();
    document.body.classList.remove('with-panel');
    resize();
    show();
    const back = opener;
    if (back === undefined) return;
    const row = [...listing.querySelectorAll('button')].find((button) => button.dataset['id'] === back);
    if (!(views.map.checked && drawn?.focus(back) === true)) row?.focus();
  };
  const panel = new Panel(
    system,
    (name) => {
      around.value = name;
      views.map.checked = true;
      switchView();
      void draw();
    },
    close,
  );
  const list = new List(system, open);
  listing.replaceChildren(list.element);

  const filter = (): Filter => ({ text: find.value, onlyErrors: errors.checked, onlyBusy: busy.checked });
  const show = (): void => {
    if (state === undefined) return;
    const kept = keep(system, state, filter());
    drawn?.update(state, kept, panel.selected);
    list.update(state, kept, panel.selected);
    panel.update(state);
    write(status, state.problem === undefined ? summaryInWords(state) : `✕ ${state.problem}`);
    status.classList.toggle('gone', state.problem !== undefined);
  };
  const sizeOf = (): readonly [number, number] => {
    const [, , width = 1, height = 1] = (drawn?.element.getAttribute('viewBox') ?? '').split(' ').map(Number);
    return [width, height];
  };
  /** A little larger where there is room; smaller letters than these nobody reads. */
  const fitted = (): number => {
    const [width, height] = sizeOf();
    const whole = Math.min((map.clientWidth - 2) / width, (map.clientHeight - 2) / height);
    return Math.min(1.3, Math.max(whole, NARROW.matches ? 0.95 : 0.85));
  };
  const resize = (): void => {
    if (drawn === undefined) return;
    const [width, height] = sizeOf();
    drawn.element.style.width = `${width * (scale ?? fitted())}px`;
    drawn.element.style.height = `${height * (scale ?? fitted())}px`;
  };
  const draw = async (): Promise<void> => {
    const query = new URLSearchParams({
      direction: NARROW.matches ? 'DOWN' : 'RIGHT',
      ...(around.value === '' ? {} : { focus: around.value }),
    });
    drawings += 1;
    const number = drawings;
    map.setAttribute('aria-busy', 'true');
    const drawing = (await (await fetch(`drawing?${query.toString()}`)).json()) as Drawing;
    // Somebody has asked for another one meanwhile.
    if (number !== drawings) return;
    drawn = new Drawn(drawing, system, open);
    scale = undefined;
    map.replaceChildren(drawn.element);
    map.removeAttribute('aria-busy');
    resize();
    show();
  };
  const switchView = (): void => {
    map.hidden = !views.map.checked;
    listing.hidden = views.map.checked;
    document.body.classList.toggle('showing-map', views.map.checked);
    resize();
  };

  around.append(
    ...system.boxes.filter(({ id }) => /^(service|external) /.test(id)).map(({ name }) => html('option', { value: name }, [name])),
  );
  (NARROW.matches || system.large ? views.list : views.map).checked = true;
  for (const each of [views.map, views.list]) each.addEventListener('change', switchView);
  for (const each of [find, errors, busy]) each.addEventListener('input', show);
  around.addEventListener('change', () => {
    views.map.checked = true;
    switchView();
    void draw();
  });
  for (const [button, factor] of [
    [sizes.smaller, 1 / 1.25],
    [sizes.larger, 1.25],
  ] as const) {
    button.addEventListener('click', () => {
      scale = Math.min(3, Math.max(0.2, (scale ?? fitted()) * factor));
      resize();
    });
  }
  sizes.fit.addEventListener('click', () => {
    const [width, height] = sizeOf();
    scale = Math.min(1.3, Math.max(0.1, Math.min((map.clientWidth - 2) / width, (map.clientHeight - 2) / height)));
    resize();
  });
  NARROW.addEventListener('change', () => void draw());
  window.addEventListener('resize', resize);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel.selected !== undefined) close();
    if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      find.focus();
    }
  });
  switchView();

  const events = new EventSource('events');
  events.addEventListener('message', ({ data }: MessageEvent<string>) => {
    state = JSON.parse(data) as MapState;
    show();
  });
  events.addEventListener('error', () => {
    write(status, '✕ The map does not answer. It is tried again.');
    status.classList.add('gone');
  });
  await draw();
}

begin().catch((error: unknown) => {
  write(status, `✕ The page could not begin: ${String(error)}`);
  status.classList.add('gone');
});
