/** A system of a dozen tasks takes its time to start on two cores, and ten times as long when they are busy with something else. */
jest.setTimeout(600_000);
