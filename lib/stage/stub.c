/* Replaced by the part itself. */
extern int wf_stage_stub;
int wf_stage_stub;
