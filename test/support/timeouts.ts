/** How long a test may take is no promise to anybody: on a busy machine, one that works for a second takes ten. */
jest.setTimeout(300_000);
