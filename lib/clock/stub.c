/* Replaced by the part itself. */
extern int wf_clock_stub;
int wf_clock_stub;
