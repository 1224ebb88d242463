/* Replaced by the part itself. */
extern int wf_dp_stub;
int wf_dp_stub;
