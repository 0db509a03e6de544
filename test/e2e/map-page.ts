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
    await opened.page.waitForFunction(() => document.getElementById('status')?.textContent?.includes('answer'));
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
  async row(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    return this.page.evaluate((wanted) => {
      for (const table of document.querySelectorAll('#list table')) {
        const titles = [...table.querySelectorAll('thead th')].map((cell) => cell.textContent ?? '');
        for (const row of table.querySelectorAll<HTMLTableRowElement>('tbody tr')) {
          if (row.hidden || row.querySelector('button')?.textContent !== wanted) continue;
          return Object.fromEntries([...row.cells].map((cell, index) => [titles[index] ?? '', cell.textContent ?? '']));
        }
      }
      return undefined;
    }, name);
  }

  /** Resolves when a row's figures are what is wanted, whether the list is in view or not. */
  async untilRow(
    name: string,
    wanted: (cells: Readonly<Record<string, string>>) => boolean,
    what: string,
  ): Promise<Readonly<Record<string, string>>> {
    let last: Readonly<Record<string, string>> | undefined;
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

  async panel(): Promise<string> {
    return this.page.locator('#panel').innerText();
  }

  async untilPanel(wanted: RegExp): Promise<string> {
    let last = '';
    return until(
      async () => {
        last = await this.panel();
        return wanted.test(last) ? last : undefined;
      },
      { what: `the panel to say ${String(wanted)}`, timeoutMs: 60_000, detail: () => last },
    );
  }

  /** Where the keyboard is. */
  async focused(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement: element } = document;
      return element?.getAttribute('data-id') ?? element?.id ?? '';
    });
  }

  /** Parts that stand over each other, and texts that leave their box. */
  async collisions(): Promise<readonly string[]> {
    return this.page.evaluate(() => {
      const parts = [...document.querySelectorAll<SVGGElement>('#map .part')].map((part) => {
        const shape = part.querySelector('rect');
        return { id: part.dataset['id'] ?? '', box: (shape ?? part).getBoundingClientRect(), texts: [...part.querySelectorAll('text')] };
      });
      const over = (a: DOMRect, b: DOMRect): boolean =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      const pairs = parts.flatMap((one, index) =>
        parts.slice(index + 1).flatMap((two) => (over(one.box, two.box) ? [`${one.id} over ${two.id}`] : [])),
      );
      const outside = parts.flatMap(({ id, box, texts }) =>
        texts.flatMap((text) => {
          const place = text.getBoundingClientRect();
          if (place.width === 0 || (place.left >= box.left - 1 && place.right <= box.right + 1)) return [];
          return [`"${text.textContent ?? ''}" leaves ${id}`];
        }),
      );
      return [...pairs, ...outside];
    });
  }

  /** Whether the page as a whole can be scrolled to the side. */
  async isTooWide(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }

  /** For the docs, where they are asked for. */
  async screenshot(name: string): Promise<void> {
    if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
    mkdirSync(IMAGES, { recursive: true });
    await this.page.screenshot({ path: join(IMAGES, `map-${name}.png`) });
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
