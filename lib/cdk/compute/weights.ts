import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { handedOutWeights } from '../../core/plan/handed-out';
import type { SystemPlan, WeightsPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { HandedOut } from '../placement/handed-out';
import type { Shifter } from '../shifts/shifter';
import type { Units } from './units';

/** The parameter with the weights of a service's versions, as those who stand below a construct refer to it. */
export type WeightsOf = (service: string, user: Construct) => ssm.IStringParameter;

/**
 * A parameter for each service with versions: nothing else changes with weights. They wait for nothing, so that services
 * that call each other make no cycle.
 */
export function renderWeights(scope: Construct, plan: SystemPlan, units: Units, shifter?: Shifter): WeightsOf {
  const { weights = [], workloads } = plan;
  const groups = new Map(workloads.map((workload) => [serviceOf(workload), workload.group]));
  const ofGroup = (group: string | undefined): readonly WeightsPlan[] => weights.filter(({ service }) => groups.get(service) === group);
  const own = renderOwn(scope, ofGroup(undefined), shifter);
  const handedOut = new HandedOut(scope, 'Weights');
  const handOut = (group: string | undefined, place: Construct, made: ReadonlyMap<string, ssm.IStringParameter>): void => {
    const told = new Set(handedOutWeights(plan, group).map(({ service }) => service));
    handedOut.add({ group, scope: place, values: namesOf([...made].filter(([service]) => told.has(service))) });
  };
  handOut(undefined, scope, own);
  for (const group of new Set(groups.values())) {
    if (group === undefined) continue;
    const made = ofGroup(group).map((each) => {
      const place = units.foundationsOf(group, each.service);
      const isMoved = each.shift !== undefined && shifter !== undefined;
      return [
        each.service,
        isMoved ? shifter.renderParameter(place, 'ShiftedWeights', each) : renderParameter(place, 'Weights', each),
      ] as const;
    });
    handOut(group, units.foundationsOf(group), new Map(made));
  }
  const imported = new Map<Construct, Imported>();
  return (service, user) => {
    const known = user === scope ? own.get(service) : undefined;
    if (known !== undefined) return known;
    const ofUser = imported.get(user) ?? new Imported(user, handedOut);
    imported.set(user, ofUser);
    return ofUser.get(service);
  };
}

/** Those of services in no group, below one construct. */
function renderOwn(
  scope: Construct,
  weights: readonly WeightsPlan[],
  shifter: Shifter | undefined,
): ReadonlyMap<string, ssm.IStringParameter> {
  if (weights.length === 0) return new Map();
  const own = new Construct(scope, 'Weights');
  return new Map(
    weights.map((each) => [
      each.service,
      each.shift === undefined || shifter === undefined
        ? renderParameter(own, each.service, each)
        : shifter.renderParameter(own, `${each.service}-shifted`, each),
    ]),
  );
}

function renderParameter(scope: Construct, id: string, { service, text, pattern }: WeightsPlan): ssm.StringParameter {
  return new ssm.StringParameter(scope, id, {
    description: `Weights of the versions of ${service}, which callers follow while they run`,
    stringValue: text,
    allowedPattern: pattern,
  });
}

function namesOf(parameters: readonly (readonly [string, ssm.IStringParameter])[]): ReadonlyMap<string, string> {
  return new Map(parameters.map(([service, { parameterName }]) => [service, parameterName]));
}

/** Parameters of other stacks, once for each stack that uses them. CloudFormation makes names of parameters, without slashes. */
class Imported {
  private readonly parameters = new Map<string, ssm.IStringParameter>();
  private readonly own: Construct;

  constructor(
    private readonly user: Construct,
    private readonly handedOut: HandedOut,
  ) {
    this.own = new Construct(user, 'WeightsOfOthers');
  }

  get(service: string): ssm.IStringParameter {
    const known = this.parameters.get(service);
    if (known !== undefined) return known;
    const parameterName = this.handedOut.get(service, this.user);
    const parameter = ssm.StringParameter.fromStringParameterAttributes(this.own, service, { parameterName, simpleName: true });
    this.parameters.set(service, parameter);
    return parameter;
  }
}
