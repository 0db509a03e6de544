import type { Weights, WeightsDocument } from './weights';

/** The parameter with the weights of a service that has a shift: made with the first weights, and written by shifts alone. */
export const WEIGHTS_RESOURCE = 'Custom::MeshWeights';

export type WeightsProperties = {
  /** The name, which never changes. */
  readonly Parameter: string;
  readonly Description: string;
  /** JSON, `WeightsDocument`: those of the first deployment. */
  readonly Weights: string;
};

/** By which people find the parameter. */
export function weightsDescription(service: string): string {
  return `Weights of the versions of ${service}, which callers follow while they run`;
}

/** Lets the weights go where the template says, whenever that or the versions change. */
export const WEIGHT_SHIFT_RESOURCE = 'Custom::MeshWeightShift';

export type WeightShiftProperties = {
  readonly Service: string;
  readonly Parameter: string;
  /** JSON, `WeightsDocument`: where the weights are to go. */
  readonly Weights: string;
  /** The ARN of what goes from step to step. */
  readonly StateMachine: string;
  /** ARNs of those of the versions: a new one is a new reason to go where the template says. */
  readonly TaskDefinitions: readonly string[];
  /** JSON: `ShiftSettings`. */
  readonly Settings: string;
};

/** How weights go from where they are to where they are to be. */
export interface ShiftSteps {
  /** How many percent of all calls the first step moves. */
  readonly first: number;
  /** How many each step after it moves. */
  readonly next: number;
}

/** When a version counts as worse than those whose calls it gets. */
export interface ShiftComparison {
  /** Requests that both must have had. */
  readonly minRequests: number;
  /** By how many percentage points its share of attempts that fail may be higher. */
  readonly errorMargin: number;
  /** How many times as long a percentile of its latency may be. */
  readonly latencyFactor: number;
}

/** As it is known before anything is deployed. */
export interface ShiftPace {
  readonly steps: ShiftSteps;
  /** How often versions and alarms are looked at after each step, before the next one. */
  readonly checksPerStep: number;
  readonly checkSeconds: number;
  /** Absent: alarms alone decide. */
  readonly comparison?: ShiftComparison;
}

export interface ShiftSettings extends ShiftPace {
  /** The scope of the mesh, by which its metrics are known. */
  readonly mesh: string;
  /** Names. */
  readonly alarms: readonly string[];
}

/** Lists of weights: those of the service, and those of its routes that have some of their own. */
export type WeightLists = Pick<WeightsDocument, 'weights' | 'routes'>;

/** A shift on its way: the lists of the document are those of its step. */
export interface ShiftOnItsWay {
  /** By which its steps know that nobody else has begun another one. */
  readonly id: string;
  readonly from: WeightLists;
  readonly goal: WeightLists;
  /** How many steps it has made. */
  readonly step: number;
  /** A hash of what was deployed before: CloudFormation that goes back to it goes back to `from`. Absent: another shift was on its way. */
  readonly before?: string;
}

/** For people, and for whoever asks again. */
export interface EndedShift {
  readonly id: string;
  readonly ended: 'done' | 'taken back';
  readonly reason: string;
  /** As of the shift on its way: a deployment may fail after its shift has ended. */
  readonly from?: WeightLists;
  readonly before?: string;
}

export type ShiftState = ShiftOnItsWay | EndedShift;

/** The document of a parameter that a shift writes. Agents read the weights, and nothing else of it. */
export interface ShiftedDocument extends WeightsDocument {
  readonly shift?: ShiftState;
}

/** What checks have made of the latency of a version. */
export interface JudgedVersion {
  /** What came before it was judged, in milliseconds since 1970: no check judges a minute that another one has. */
  readonly until: number;
  /** How many checks in a row have found it slow. */
  readonly slow: number;
}

/** What goes around in the state machine; each step of it answers the next. */
export interface ShiftInput {
  readonly Service: string;
  readonly Parameter: string;
  readonly Id: string;
  readonly Settings: ShiftSettings;
  /** How many steps it has made, as far as the state machine knows. */
  readonly Step: number;
  /** How often versions and alarms were looked at since. */
  readonly Check: number;
  /** How often in a row some version was slow, for people: `Judged` says it of each. */
  readonly Slow: number;
  /** Of versions, by name. Absent: nothing was judged yet, or by a function of an earlier release. */
  readonly Judged?: Readonly<Record<string, JudgedVersion>>;
  /** In milliseconds since 1970. */
  readonly Begun: number;
}

/** `going`: wait, and look again. `stopped`: somebody else has the weights now. `back`: they are what they were at the beginning. */
export type ShiftStatus = 'going' | 'done' | 'stopped' | 'back';

export interface ShiftAnswer extends ShiftInput {
  readonly Status: ShiftStatus;
  /** What the versions get now, for those who look at the history. */
  readonly Weights: Weights;
  readonly Reason: string;
}

/** 1 whenever a shift has gone back, or has ended since nobody can read its weights. Dimensions: mesh and service. */
export const SHIFTS_TAKEN_BACK_METRIC = 'ShiftsTakenBack';
