/* Replaced by the part itself. */
extern int wf_cap_stub;
int wf_cap_stub;
