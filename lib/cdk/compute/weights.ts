import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { SystemPlan, WeightsPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { HandedOut } from '../placement/handed-out';
import type { Units } from './units';

/** The parameter with the weights of a service's versions, as those who stand below a construct refer to it. */
export type WeightsOf = (service: string, user: Construct) => ssm.IStringParameter;

/**
 * A parameter for each service with versions: nothing else changes with weights. They wait for nothing, so that services
 * that call each other make no cycle.
 */
export function renderWeights(scope: Construct, plan: SystemPlan, units: Units): WeightsOf {
  const { weights = [], workloads } = plan;
  const groups = new Map(workloads.map((workload) => [serviceOf(workload), workload.group]));
  const ofGroup = (group: string | undefined): readonly WeightsPlan[] => weights.filter(({ service }) => groups.get(service) === group);
  const own = renderOwn(scope, ofGroup(undefined));
  const handedOut = new HandedOut(scope, 'Weights');
  handedOut.add({ group: undefined, scope, values: namesOf(own) });
  for (const group of new Set(groups.values())) {
    if (group === undefined) continue;
    const made = ofGroup(group).map((each) => [each.service, renderParameter(units.foundationsOf(group, each.service), 'Weights', each)] as const);
    handedOut.add({ group, scope: units.foundationsOf(group), values: namesOf(new Map(made)) });
  }
  return (service, user) => (user === scope ? own.get(service) : undefined) ?? imported(user, service, handedOut);
}

/** Those of services in no group, below one construct. */
function renderOwn(scope: Construct, weights: readonly WeightsPlan[]): ReadonlyMap<string, ssm.StringParameter> {
  if (weights.length === 0) return new Map();
  const own = new Construct(scope, 'Weights');
  return new Map(weights.map((each) => [each.service, renderParameter(own, each.service, each)]));
}

function renderParameter(scope: Construct, id: string, { service, text, pattern }: WeightsPlan): ssm.StringParameter {
  return new ssm.StringParameter(scope, id, {
    description: `Weights of the versions of ${service}, which callers follow while they run`,
    stringValue: text,
    allowedPattern: pattern,
  });
}

function namesOf(parameters: ReadonlyMap<string, ssm.StringParameter>): ReadonlyMap<string, string> {
  return new Map([...parameters].map(([service, { parameterName }]) => [service, parameterName]));
}

/** Once for each stack. CloudFormation makes names of parameters, without slashes. */
function imported(user: Construct, service: string, handedOut: HandedOut): ssm.IStringParameter {
  const own = (user.node.tryFindChild('WeightsOfOthers') as Construct | undefined) ?? new Construct(user, 'WeightsOfOthers');
  return (
    (own.node.tryFindChild(service) as ssm.IStringParameter | undefined) ??
    ssm.StringParameter.fromStringParameterAttributes(own, service, { parameterName: handedOut.get(service, user), simpleName: true })
  );
}
