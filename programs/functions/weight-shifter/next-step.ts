import type { ShiftAnswer, ShiftedDocument, ShiftInput, ShiftOnItsWay, ShiftStatus } from '../../../lib/core/contract/weight-shift';
import type { Verdict } from './compare-versions';
import { isOnItsWay, sameLists } from './shifted-document';
import { listsAt, stepsBetween } from './weights-at';

/** `document`: what is to be written; absent: nothing. */
export interface NextStep {
  readonly answer: ShiftAnswer;
  readonly document?: ShiftedDocument;
}

/** The shift that this execution is about, or why there is none. */
export function shiftOf(document: ShiftedDocument, input: ShiftInput): ShiftOnItsWay | NextStep {
  const { shift } = document;
  const answered = (Status: ShiftStatus, Reason: string): NextStep => ({ answer: answerOf(input, document, Status, Reason) });
  if (shift === undefined) return answered('stopped', 'somebody has written other weights');
  if (shift.id !== input.Id) return answered('stopped', 'a later deployment has taken over');
  // The attempt before this one has written it, and nobody has heard its answer.
  if (!isOnItsWay(shift)) return answered(shift.ended === 'done' ? 'done' : 'back', shift.reason);
  if (!sameLists(document, listsAt(shift.from, shift.goal, shift.step, input.Settings.steps)))
    return answered('stopped', 'somebody has written other weights');
  return shift;
}

/** What is to be done next, which is the same as often as it is asked. */
export function nextStep(document: ShiftedDocument, shift: ShiftOnItsWay, input: ShiftInput, verdict: Verdict): NextStep {
  const { Settings: settings, Step: step, Check: check } = input;
  const { id, from, goal, before } = shift;
  const earlier = before === undefined ? {} : { before };
  if (verdict.kind === 'worse') {
    const { reason } = verdict;
    const back: ShiftedDocument = { ...from, shift: { id, ended: 'taken back', reason, from, ...earlier } };
    return { document: back, answer: answerOf(input, back, 'back', reason) };
  }
  const { judged } = verdict;
  const known = { ...input, Judged: judged, Slow: Math.max(0, ...Object.values(judged).map(({ slow }) => slow)) };
  const going = (next: ShiftInput, lists: ShiftedDocument, reason: string): ShiftAnswer => answerOf(next, lists, 'going', reason);
  // As above: the step was made.
  if (shift.step !== step) return { answer: going({ ...known, Step: shift.step, Check: 0 }, document, `step ${shift.step}`) };
  if (step > 0 && check + 1 < settings.checksPerStep)
    return { answer: going({ ...known, Check: check + 1 }, document, `step ${step}, looked at ${check + 1} times`) };
  const last = stepsBetween(from, goal, settings.steps);
  if (step >= last) {
    const reason = 'the weights are where they are to be';
    const done: ShiftedDocument = { ...goal, shift: { id, ended: 'done', reason, from, ...earlier } };
    return { document: done, answer: answerOf(known, done, 'done', reason) };
  }
  const moved: ShiftedDocument = {
    ...listsAt(from, goal, step + 1, settings.steps),
    shift: { id, from, goal, step: step + 1, ...earlier },
  };
  return { document: moved, answer: going({ ...known, Step: step + 1, Check: 0 }, moved, `step ${step + 1} of ${last}`) };
}

function answerOf(input: ShiftInput, { weights }: ShiftedDocument, Status: ShiftStatus, Reason: string): ShiftAnswer {
  const { Service, Parameter, Id, Settings, Step, Check, Slow, Judged = {}, Begun } = input;
  return { Service, Parameter, Id, Settings, Step, Check, Slow, Judged, Begun, Status, Weights: weights, Reason };
}
