/* Replaced by the part itself. */
extern int wf_twin_stub;
int wf_twin_stub;
