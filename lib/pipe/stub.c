/* Replaced by the part itself. */
extern int wf_pipe_stub;
int wf_pipe_stub;
