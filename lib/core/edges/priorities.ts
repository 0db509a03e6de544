/**
 * Priorities that the rules of an edge with hosts may take. The last one is that of the rule for what fits no other, so that it never has
 * to move, and no neighbour on the listener has to make room for a new route.
 */
export const RESERVED_PRIORITIES = 100;
