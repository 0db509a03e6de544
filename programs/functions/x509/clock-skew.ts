/** How much earlier than now a certificate begins: clocks of tasks may be behind the clock that it was made by. */
export const BACKDATED_MS = 5 * 60 * 1000;
