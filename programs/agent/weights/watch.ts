import type { Clock } from '../clock';
import { Failure, failureOf, fieldsOf } from '../failure';
import type { Files } from '../files';
import { readFileIfAny, replaceFile } from '../files';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered } from '../backoff';
import { refused, Throttle } from '../pace';
import type { WeightsTarget } from '../settings';
import type { Parameters } from './parameters';
import type { Forgotten } from './runtime-file';
import { runtimeFile, weightsOf, weightsPath } from './runtime-file';

export interface WeightsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: Files;
  readonly directory: string;
  readonly parameters: Parameters;
  readonly weights: readonly WeightsTarget[];
}

const MAX_WAIT_MS = 120_000;

/** Keeps the files of all weights up to date with the parameters; an invalid value leaves the last valid one in place. */
export function watchWeights(parts: WeightsParts & { readonly weightsMs: number }): Step {
  const { clock, random, log, weightsMs } = parts;
  const throttle = new Throttle(clock);
  const backoff = new Backoff({ firstMs: weightsMs, maxMs: Math.max(MAX_WAIT_MS, weightsMs) }, random);
  let begun = false;
  return async () => {
    if (!begun) {
      begun = true;
      // `init` has read them just now. Agents that start together do not ask together.
      if (await areThere(parts)) return random() * weightsMs;
    }
    const problems = await readAll(parts, 'fails');
    if (problems.length === 0) {
      backoff.reset();
      return jittered(weightsMs, random) * throttle.factor;
    }
    const pause = problems.some(({ failure }) => refused(failure, throttle))
      ? jittered(weightsMs, random) * throttle.factor
      : backoff.next();
    for (const { services, failure } of problems)
      log.warn('the weights in use are kept', { services, ...fieldsOf(failure), nextTryMs: Math.round(pause) });
    return pause;
  };
}

/**
 * Resolves to whether the files are there. Without them Envoy does not start: with other weights than those of the parameter, a
 * version could get calls although its weight is 0.
 */
export async function waitForWeights(parts: WeightsParts & { readonly waitMs: number }): Promise<boolean> {
  const { clock, random, log, waitMs } = parts;
  const backoff = new Backoff({ firstMs: 500, maxMs: 15_000 }, random);
  const end = clock.now() + waitMs;
  for (;;) {
    // Starting with the weights of the task definition is better than not starting.
    const problems = await readAll(parts, 'inherits');
    if (problems.length === 0) return true;
    const left = end - clock.now();
    const pause = Math.min(left, backoff.next());
    for (const { services, failure } of problems) {
      if (left <= 0) log.error('gave up waiting for the weights', { services, ...fieldsOf(failure) });
      else log.warn('waiting for the weights', { services, ...fieldsOf(failure), nextTryMs: Math.round(pause), giveUpInMs: left });
    }
    if (left <= 0) return false;
    await clock.sleep(pause);
  }
}

async function areThere({ files, directory, weights }: WeightsParts): Promise<boolean> {
  for (const { service } of weights) {
    const text = await readFileIfAny(files, weightsPath(directory, service)).catch(() => undefined);
    if (text === undefined) return false;
  }
  return true;
}

interface Problem {
  readonly services: readonly string[];
  readonly failure: Failure;
}

/** One that is wrong leaves the others as they are. */
async function readAll(parts: WeightsParts, forgotten: Forgotten): Promise<readonly Problem[]> {
  const { parameters, weights } = parts;
  let texts: ReadonlyMap<string, string>;
  try {
    texts = await parameters.read(weights.map(({ parameter }) => parameter));
  } catch (error) {
    return [{ services: weights.map(({ service }) => service), failure: failureOf(error) }];
  }
  const problems: Problem[] = [];
  for (const target of weights) {
    try {
      await write(target, texts.get(target.parameter), forgotten, parts);
    } catch (error) {
      problems.push({ services: [target.service], failure: failureOf(error) });
    }
  }
  return problems;
}

async function write(
  target: WeightsTarget,
  parameter: string | undefined,
  forgotten: Forgotten,
  { files, directory, log }: WeightsParts,
): Promise<void> {
  if (parameter === undefined) throw new Failure('missing', `there is no parameter ${target.parameter}`);
  const said = weightsOf(parameter);
  const text = runtimeFile(target, said, forgotten);
  const path = weightsPath(directory, target.service);
  if ((await readFileIfAny(files, path)) === text) return;
  await replaceFile(files, path, text);
  log.info('weights changed', { service: target.service, weights: said.weights });
}
