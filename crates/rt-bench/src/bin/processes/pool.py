"""The measures of `processes` on ProcessPoolExecutor: a line in, the seconds it took out."""

import asyncio
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def empty():
    pass


def back(data):
    return data


def fail():
    raise ValueError("on purpose")


def make():
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


async def measure(pool, name, jobs):
    loop = asyncio.get_running_loop()
    data = b"\1" * (1 << 20)
    start = time.perf_counter()
    if name == "latency":
        for _ in range(jobs):
            await loop.run_in_executor(pool, empty)
    elif name == "throughput":
        room = asyncio.Semaphore(64)

        async def one():
            async with room:
                await loop.run_in_executor(pool, empty)

        await asyncio.gather(*(one() for _ in range(jobs)))
    elif name == "bytes":
        for _ in range(jobs):
            assert len(await loop.run_in_executor(pool, back, data)) == 1 << 20
    elif name == "panics":
        for _ in range(jobs):
            try:
                await loop.run_in_executor(pool, fail)
            except ValueError:
                pass
    elif name == "start":
        for _ in range(jobs):
            with make() as fresh:
                await loop.run_in_executor(fresh, empty)
    return time.perf_counter() - start


async def main():
    with make() as pool:
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, jobs = line.split()
            print(await measure(pool, name, int(jobs)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
