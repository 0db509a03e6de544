/** Stands in its own line, which is gone when the work is done: what follows does not have to know of it. */
export function progressOn(stream: NodeJS.WriteStream): (text: string) => () => void {
  return (text) => {
    stream.write(`${text} ...`);
    return () => {
      stream.write(`\r${CLEAR_LINE}`);
    };
  };
}

const CLEAR_LINE = '\u001B[K';
