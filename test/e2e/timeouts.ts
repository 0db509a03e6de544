/** A system of a dozen tasks takes its time to start on two cores. */
jest.setTimeout(180_000);
