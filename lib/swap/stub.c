/* Replaced by the part itself. */
extern int wf_swap_stub;
int wf_swap_stub;
