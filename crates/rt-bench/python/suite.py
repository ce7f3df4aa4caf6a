"""Some works of the suite as asyncio's users would write them: prints a name and milliseconds."""

import asyncio
import sys
import time


async def nothing():
    pass


async def spawn_many_local():
    tasks = [asyncio.create_task(nothing()) for _ in range(200_000)]
    await tasks[-1]


async def spawn_join():
    for _ in range(100):
        for task in [asyncio.create_task(nothing()) for _ in range(1_000)]:
            await task


async def yield_many():
    async def turns():
        for _ in range(5_000):
            await asyncio.sleep(0)

    await asyncio.gather(*[turns() for _ in range(200)])


async def sleep_fire():
    await asyncio.gather(*[asyncio.sleep((1 + n % 100) / 1000) for n in range(100_000)])


async def timeout_unfired():
    async def limited():
        for _ in range(5_000):
            async with asyncio.timeout(10):
                await asyncio.sleep(0)

    await asyncio.gather(*[limited() for _ in range(100)])


async def queue_spsc():
    queue = asyncio.Queue(128)

    async def produce():
        for value in range(500_000):
            await queue.put(value)

    producer = asyncio.create_task(produce())
    for _ in range(500_000):
        await queue.get()
    await producer


async def mutex_uncontended():
    lock = asyncio.Lock()
    for _ in range(1_000_000):
        async with lock:
            pass


async def semaphore():
    permits = asyncio.Semaphore(10)

    async def turns():
        for _ in range(2_000):
            async with permits:
                await asyncio.sleep(0)

    await asyncio.gather(*[turns() for _ in range(100)])


async def gather_100k():
    async def number(value):
        return value

    await asyncio.gather(*[number(value) for value in range(100_000)])


WORKS = [
    spawn_many_local,
    spawn_join,
    yield_many,
    sleep_fire,
    timeout_unfired,
    queue_spsc,
    mutex_uncontended,
    semaphore,
    gather_100k,
]

if sys.version_info < (3, 11):
    sys.exit("asyncio.timeout needs Python 3.11")
for work in WORKS:
    times = []
    for _ in range(int(sys.argv[1])):
        start = time.perf_counter()
        asyncio.run(work())
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    print(work.__name__, f"{times[len(times) // 2]:.1f}")
