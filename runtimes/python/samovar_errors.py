# Errors as the Runtime API carries them: {errorMessage, errorType, requestId, stackTrace}.


def payload_of(e, request_id):
    import traceback

    frames = traceback.extract_tb(e.__traceback__)
    own = 0  # the runtime's frames stand first
    while own < len(frames) and _is_own(frames[own].filename):
        own += 1
    return {
        "errorMessage": str(e),
        "errorType": type(e).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames[own:]),
    }


def _is_own(filename):
    return filename.startswith("<frozen") or filename.rpartition("/")[0] == __file__.rpartition("/")[0]


def header_of(error_type):
    """An HTTP header carries visible ASCII only."""
    return "".join(c if " " <= c <= "~" else "?" for c in error_type)[:256]
