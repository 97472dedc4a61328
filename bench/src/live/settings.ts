/** What several processes of this bench have to agree on. */

/** Opens the local Studio. */
export const API_KEY = "ei_bench";
/** Not a run's log: nobody but the bench is to work on it. */
export const LOG = "test-bench";
