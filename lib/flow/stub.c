/* Replaced by the part itself. */
extern int wf_flow_stub;
int wf_flow_stub;
