/* Replaced by the part itself. */
extern int wf_base_stub;
int wf_base_stub;
