# The Python runtime of a function instance: takes its start message, loads the handler, serves invocations.
import sys

sys.path.insert(0, __file__.rpartition("/")[0])

import os

import samovar_client
import samovar_errors
import samovar_handler
import samovar_logging

del sys.path[0]


def read_start_message():
    """Texts that each end in a NUL: a count, the arguments, a count, the variables. Then the end of the file."""
    parts = []
    while True:
        part = os.read(3, 65536)
        if not part:
            break
        parts.append(part)
    os.close(3)
    texts = b"".join(parts).split(b"\0")
    if len(texts) < 3:
        os._exit(1)  # the server went away before it had a use for this runtime
    argc = int(texts[0])
    envc = int(texts[argc + 1])
    return texts[argc + 2 : argc + 2 + envc]


def apply_environment(variables):
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    if "TZ" in os.environ:
        import time

        time.tzset()


def set_path(root):
    """Where AWS looks for modules: the code, the layers, PYTHONPATH, then the interpreter's own folders."""
    version = "python%d.%d" % sys.version_info[:2]
    first = [root, "/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    first += [p for p in os.environ.get("PYTHONPATH", "").split(":") if p and p not in first and p != "/var/runtime"]
    last = ["/usr/local/lib/%s/site-packages" % version, "/usr/local/lib/%s/dist-packages" % version, "/usr/lib/python3/dist-packages"]
    own = [p for p in sys.path if p not in first and p not in last]
    sys.path[:] = first + own + [p for p in last if os.path.isdir(p)]


def set_builtins():
    """What the site module would have added; it is not loaded, since it costs more than all of this file."""
    import builtins

    import _sitebuiltins

    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.help = _sitebuiltins._Helper()


def load(client, root):
    name = os.environ.get("_HANDLER", "")
    try:
        return samovar_handler.load(name)
    except SystemExit:
        raise
    except samovar_handler.LoadError as e:
        payload = e.payload
    except BaseException as e:
        payload = samovar_errors.payload_of(e, "")
    samovar_logging.log_error(payload)
    client.post_init_error(payload)
    sys.stdout.flush()
    os._exit(1)


def main():
    set_builtins()
    if sys.argv[1:2] == ["--booted"]:
        del sys.argv[1]
        apply_environment(read_start_message())
    root = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    os.chdir(root)
    set_path(root)
    samovar_logging.install(os.environ)
    client = samovar_client.Client(os.environ["AWS_LAMBDA_RUNTIME_API"])
    samovar_handler.serve(client, load(client, root))


main()
