import type { BoxKind } from './diagram';

/** How boxes of a kind look. Colours are those of Okabe and Ito, which people with any kind of colour blindness can tell apart. */
export interface Look {
  readonly text: string;
  readonly light: string;
  readonly dark: string;
  readonly dashed: boolean;
}

export const LOOKS: Readonly<Record<BoxKind, Look>> = {
  client: { text: 'client outside of the mesh', light: '#7f7f7f', dark: '#a6a6a6', dashed: false },
  edge: { text: 'edge', light: '#d55e00', dark: '#f08a3c', dashed: false },
  gateway: { text: 'gateway service', light: '#cc79a7', dark: '#dd9bc0', dashed: false },
  service: { text: 'service', light: '#0072b2', dark: '#56b4e9', dashed: false },
  port: { text: 'another port of a service', light: '#56b4e9', dark: '#9bd5f5', dashed: true },
  worker: { text: 'worker', light: '#009e73', dark: '#33c79b', dashed: false },
  job: { text: 'job', light: '#e69f00', dark: '#f5c04a', dashed: false },
  external: { text: 'external service', light: '#595959', dark: '#bfbfbf', dashed: true },
};

export const KINDS = Object.keys(LOOKS) as readonly BoxKind[];
