/**
 * How old a pending certificate may be when it becomes current. One that was made before an interruption of hours
 * would not last until the next rotation; and the check of a change of authorities must know how long after it was
 * made a version can have come into use.
 */
export const OLDEST_PENDING_MS = 60 * 60 * 1000;
