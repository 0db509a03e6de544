import type { Warning, WarningId } from '../../../reading/warnings';

type Kind = Extract<WarningId, `open-api-${string}`>;

const SAYINGS: Readonly<Record<Kind, string>> = {
  'open-api-bodies':
    'API Gateway checks bodies by JSON Schema alone, and has {} for one that is absent, so services must check what is said of',
  'open-api-callbacks': 'an edge calls nobody, so it takes no notice of',
  'open-api-extensions': 'the props of the edge say it, so it takes no notice of',
  'open-api-parameters': 'API Gateway checks no values of parameters and no cookies, so services must check what is said of',
  'open-api-servers': 'the domain and the stage of the edge say where clients find it, so it takes no notice of',
};

/** Of many places some are enough to find the rest. */
const SHOWN = 8;

/** What a document says, and an edge does not do: a warning of each kind, with all places. */
export class NotCarried {
  private readonly found = new Map<Kind, string[]>();

  /**
   * @param what the thing at the place, such as the name of a parameter
   */
  add(kind: Kind, place: string, what: string): void {
    this.found.set(kind, [...(this.found.get(kind) ?? []), `${what} (${place})`]);
  }

  warnings(path: string): readonly Warning[] {
    return [...this.found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, places]) => ({ id, path, message: `${SAYINGS[id]} ${listed(places)}` }));
  }
}

function listed(places: readonly string[]): string {
  const all = [...new Set(places)];
  return `${all.slice(0, SHOWN).join(', ')}${all.length > SHOWN ? ` and ${all.length - SHOWN} more` : ''}`;
}
