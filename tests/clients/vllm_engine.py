"""vLLM on the CPU. A process can hold one engine, so each model gets a child, forked where vLLM is imported."""
import gc
import multiprocessing
import os
import tempfile

SETTINGS = {
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # two suites run at a time
    "VLLM_CACHE_ROOT": tempfile.gettempdir() + "/twofold-vllm",
    "VLLM_CONFIG_ROOT": tempfile.gettempdir() + "/twofold-vllm",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
    "TORCHDYNAMO_DISABLE": "1",  # a few tokens are done before anything is compiled
}
os.environ.update(SETTINGS, VLLM_ENABLE_V1_MULTIPROCESSING="0")

from vllm import LLM, SamplingParams  # noqa: E402
from vllm.lora.request import LoRARequest  # noqa: E402
import vllm.v1.worker.cpu_worker  # noqa: E402, F401  each child would import it again

gc.freeze()  # each engine collects several times, and need not look through all that was imported


def _answers(engine, rows, prompt, tokens, **more):
    """Of each row the log-probabilities of its ids after the first, and of its beginning the greedy ids."""
    greedy = dict(temperature=0, detokenize=False)
    scored = SamplingParams(**greedy, max_tokens=1, prompt_logprobs=0)
    written = SamplingParams(**greedy, max_tokens=tokens)
    found = []
    for row in rows:
        score, text = (
            engine.generate({"prompt_token_ids": ids}, sampling, use_tqdm=False, **more)[0]
            for ids, sampling in ((row, scored), (row[:prompt], written)))
        logprobs = [step[i].logprob for i, step in zip(row[1:], score.prompt_logprobs[1:], strict=True)]
        found.append((logprobs, list(text.outputs[0].token_ids)))
    return found


def _serve(pipe, model, adapters, max_lora_rank, questions):
    try:
        lora = dict(enable_lora=True, max_lora_rank=max_lora_rank) if adapters else {}
        engine = LLM(str(model), dtype="float32", enforce_eager=True, max_num_seqs=4, num_gpu_blocks_override=16,
                     skip_tokenizer_init=True, enable_prefix_caching=False, **lora)
        answers = {"": _answers(engine, *questions)}
        for number, (name, folder) in enumerate(adapters.items(), 1):
            request = LoRARequest(name, number, str(folder))
            try:
                engine.llm_engine.add_lora(request)
            except Exception as error:
                answers[name] = str(error)
                continue
            answers[name] = _answers(engine, *questions, lora_request=request)
        pipe.send(answers)
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
    os._exit(0)  # taking the engine down would last longer than all it has answered


def served(model, rows, adapters=None, prompt=5, tokens=8, max_lora_rank=8):
    """What vLLM answers: by adapter ("": the model itself) a list of (log-probabilities of a row, greedy ids after its
    first `prompt`), or why it does not take the adapter; a text alone if it does not take the model."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=_serve, args=(there, model, adapters or {}, max_lora_rank, (rows, prompt, tokens)))
    child.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return "it ended without an answer"
    finally:
        child.join()
