/* Replaced by the part itself. */
extern int wf_rng_stub;
int wf_rng_stub;
