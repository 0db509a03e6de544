/** The page of the live map, in a real browser, as somebody uses it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { until } from './runner';
import { findTools, REPOSITORY } from './tools';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

const IMAGES = join(REPOSITORY, 'docs/images');

export async function openBrowser(): Promise<Browser> {
  // Root has no sandbox.
  return chromium.launch({ executablePath: findTools().chromium, args: ['--no-sandbox', '--disable-gpu'] });
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface PlacedPart {
  readonly id: string;
  readonly box: Place;
  readonly texts: readonly (readonly [text: string, place: Place])[];
}

const PLACED_PARTS = `[...document.querySelectorAll('#map .part')].map((part) => {
  const placeOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  };
  const texts = [...part.querySelectorAll('text')].map((text) => [text.textContent, placeOf(text)]);
  return { id: part.dataset.id, box: placeOf(part.querySelector('rect')), texts };
})`;

/** Of a row, by the titles of their columns. */
export type Cells = Readonly<Record<string, string>>;

export class MapPage {
  /** What went wrong in the page: scripts, refused parts, requests that failed or went to elsewhere. */
  readonly troubles: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(
    browser: Browser,
    url: string,
    { viewport = DESKTOP, scheme = 'light' }: { readonly viewport?: typeof DESKTOP; readonly scheme?: 'light' | 'dark' } = {},
  ): Promise<MapPage> {
    const context = await browser.newContext({ viewport, colorScheme: scheme, hasTouch: viewport.width < 700, reducedMotion: 'reduce' });
    const opened = new MapPage(await context.newPage(), context);
    opened.watch(new URL(url).origin);
    await opened.page.goto(url);
    await opened.page.locator('#status', { hasText: 'answer' }).waitFor();
    await opened.page.waitForSelector('#map svg', { state: 'attached' });
    return opened;
  }

  private watch(origin: string): void {
    this.page.on('pageerror', (error) => this.troubles.push(`script: ${error.message}`));
    this.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.troubles.push(`console: ${message.text()}`);
    });
    this.page.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol !== 'data:' && asked !== origin) this.troubles.push(`request to ${request.url()}`);
    });
  }

  /** The cells of a row of the list, by the titles of their columns; of a row that is not shown, undefined. */
  async row(name: string): Promise<Cells | undefined> {
    for (const table of await this.page.locator('#list table').all()) {
      const row = table.locator('tbody tr:not([hidden])', { has: this.page.getByText(name, { exact: true }) });
      if ((await row.count()) === 0) continue;
      const [titles, cells] = await Promise.all([table.locator('thead th').allTextContents(), row.locator('th, td').allTextContents()]);
      return Object.fromEntries(titles.map((title, index) => [title, cells[index] ?? '']));
    }
    return undefined;
  }

  /** Resolves when a row's figures are what is wanted, whether the list is in view or not. */
  async untilRow(name: string, wanted: (cells: Cells) => boolean, what: string): Promise<Cells> {
    let last: Cells | undefined;
    return until(
      async () => {
        last = await this.row(name);
        return last !== undefined && wanted(last) ? last : undefined;
      },
      { what: `${name} in the map to ${what}`, timeoutMs: 60_000, detail: () => JSON.stringify(last) },
    );
  }

  /** What a screen reader says of a part of the drawing. */
  async label(id: string): Promise<string> {
    return (await this.page.getAttribute(`#map [data-id="${id}"]`, 'aria-label')) ?? '';
  }

  async untilLabel(id: string, wanted: string): Promise<void> {
    await this.untilText(`the label of ${id}`, wanted, async () => this.label(id));
  }

  async untilStatus(wanted: string): Promise<void> {
    await this.untilText('the status', wanted, async () => this.page.innerText('#status'));
  }

  private async untilText(what: string, wanted: string, read: () => Promise<string>): Promise<void> {
    let last = '';
    await until(
      async () => {
        last = await read();
        return last.includes(wanted);
      },
      { what: `${what} to say: ${wanted}`, timeoutMs: 60_000, detail: () => last },
    );
  }

  async panel(): Promise<string> {
    return this.page.locator('#panel').innerText();
  }

  async untilPanel(...wanted: readonly RegExp[]): Promise<string> {
    let last = '';
    return until(
      async () => {
        last = await this.panel();
        return wanted.every((pattern) => pattern.test(last)) ? last : undefined;
      },
      { what: `the panel to say ${wanted.join(', ')} at one moment`, timeoutMs: 60_000, detail: () => last },
    );
  }

  /** Where the keyboard is. */
  async focused(): Promise<string> {
    const focused = this.page.locator(':focus');
    return (await focused.getAttribute('data-id')) ?? (await focused.getAttribute('id')) ?? '';
  }

  /** Parts that stand over each other, and texts that leave their box. */
  async collisions(): Promise<readonly string[]> {
    // At one moment: figures change each second, and the boxes of calls with them.
    const parts = await this.page.evaluate<readonly PlacedPart[]>(PLACED_PARTS);
    const over = (a: Place, b: Place): boolean =>
      a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1 && a.y < b.y + b.height - 1 && b.y < a.y + a.height - 1;
    const pairs = parts.flatMap((one, index) =>
      parts.slice(index + 1).flatMap((two) => (over(one.box, two.box) ? [`${one.id} over ${two.id}`] : [])),
    );
    const outside = parts.flatMap(({ id, box, texts }) =>
      texts.flatMap(([text, place]) =>
        text === '' || (place.x >= box.x - 1 && place.x + place.width <= box.x + box.width + 1) ? [] : [`"${text}" leaves ${id}`],
      ),
    );
    return [...pairs, ...outside];
  }

  /** Whether the page as a whole can be scrolled to the side. */
  async isTooWide(): Promise<boolean> {
    return this.page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  /** Opens the details of a row of the list. */
  async open(name: string): Promise<void> {
    await this.page.check('#view-list');
    await this.page.locator('#list').getByRole('button', { name, exact: true }).click();
  }

  async close(): Promise<void> {
    await this.page.click('#panel-close');
  }

  /** The configuration that the panel shows of a workload. */
  async configuration(workload: string): Promise<string> {
    const details = this.page.locator('#panel details', { has: this.page.getByText(workload, { exact: true }) });
    await details.locator('summary').click();
    const text = details.locator('pre', { hasText: 'static_resources' });
    await text.waitFor();
    return (await text.textContent()) ?? '';
  }

  /** The parts of the drawing that are not faint. */
  async shownParts(): Promise<readonly string[]> {
    const ids = "[...document.querySelectorAll('#map .part:not(.faint)')].map((part) => part.dataset.id)";
    return (await this.page.evaluate<string[]>(ids)).sort();
  }

  async untilParts(wanted: (parts: readonly string[]) => boolean): Promise<void> {
    let last: readonly string[] = [];
    await until(
      async () => {
        last = await this.shownParts();
        return wanted(last);
      },
      { what: 'the filters to show something else', timeoutMs: 60_000, detail: () => last.join(', ') },
    );
  }

  /** For the docs, where they are asked for. */
  async screenshot(name: string): Promise<void> {
    if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
    mkdirSync(IMAGES, { recursive: true });
    await this.page.screenshot({ path: join(IMAGES, `map-${name}.png`) });
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}
