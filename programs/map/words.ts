/** Figures as the page writes them: short, and with a unit. */

/** Requests a second, such as `1,234`, `12.5` or `0`. */
export function rateInWords(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.1) return '<0.1/s';
  return `${perSecond < 99.95 ? trimmed(perSecond, 1) : withCommas(Math.round(perSecond))}/s`;
}

/** Such as `0.4 %`. What is more than nothing does not become `0 %`, nor what is less than all `100 %`. */
export function shareInWords(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '<0.1 %';
  if (percent < 100 && percent >= 99.95) return '>99.9 %';
  return `${trimmed(percent, percent < 10 ? 1 : 0)} %`;
}

/** Such as `3.2 ms`, `340 ms` or `1.5 s`. Envoy counts whole milliseconds. */
export function timeInWords(milliseconds: number): string {
  if (milliseconds < 1) return '<1 ms';
  if (milliseconds < 9.95) return `${trimmed(milliseconds, 1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return `${trimmed(milliseconds / 1000, milliseconds < 9950 ? 2 : 1)} s`;
}

/** Such as `6 d 22 h`, `3 h 5 min` or `40 s`; negative: none. */
export function lifeInWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 9) return `${days} d`;
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

/** The larger part of it alone, such as `6 d`. */
export function roughLifeInWords(milliseconds: number): string {
  return /^\S+ \S+/.exec(lifeInWords(milliseconds))?.[0] ?? '';
}

export function withCommas(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, (end) => (end.startsWith('.') ? '' : end));
}
