import { PROGRAM } from '../trouble';

/** The words of a line of a shell, without their quotes; the last one is that at its end, empty after a space. Nothing is expanded. */
export function splitLine(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let index = 0; index < line.length; index++) {
    const letter = line[index] ?? '';
    if (quote === '' && /\s/.test(letter)) {
      if (word !== '' || /["']/.test(line[index - 1] ?? '')) words.push(word);
      word = '';
    } else if (letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else if (letter === '\\' && quote !== "'") word += line[++index] ?? '';
    else word += letter;
  }
  return [...words, word];
}

/** Those that follow the program, which may be called by npx, by its path, or by an alias. */
export function ownWords(words: readonly string[]): readonly string[] {
  const called = words.slice(0, -1).findIndex((word) => word === PROGRAM || word.startsWith(`${PROGRAM}@`));
  return words.slice(called === -1 ? 1 : called + 1);
}
