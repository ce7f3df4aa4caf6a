"""The tour's programs as asyncio has them; prints the name and the seconds of each."""

import asyncio
import time


async def hello():
    pass


async def say_after(seconds, what):
    await asyncio.sleep(seconds)
    return what


async def sequence():
    await say_after(1, "hello")
    await say_after(2, "world")


async def tasks():
    hello = asyncio.create_task(say_after(1, "hello"))
    world = asyncio.create_task(say_after(2, "world"))
    await hello
    await world


async def factorial(number):
    product = 1
    for factor in range(2, number + 1):
        await asyncio.sleep(0.2)
        product *= factor
    return product


async def gather():
    assert await asyncio.gather(*map(factorial, (2, 3, 4))) == [2, 6, 24]


async def timeout():
    try:
        await asyncio.wait_for(asyncio.sleep(3600), timeout=0.3)
    except asyncio.TimeoutError:
        pass


async def clean_up_first():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await asyncio.sleep(0.05)
        raise


async def cancel():
    task = asyncio.create_task(clean_up_first())
    task.add_done_callback(lambda task: None)
    await asyncio.sleep(0.05)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert task.cancelled()
    await asyncio.sleep(0.02)


async def lock():
    one_at_a_time = asyncio.Lock()

    async def work():
        async with one_at_a_time:
            await asyncio.sleep(0.1)

    await asyncio.gather(*(work() for _ in range(3)))


async def event():
    happened = asyncio.Event()
    waiter = asyncio.create_task(happened.wait())
    await asyncio.sleep(0.1)
    happened.set()
    await waiter


async def condition():
    changed = asyncio.Condition()
    count = 0

    async def wait():
        async with changed:
            await changed.wait_for(lambda: count >= 3)

    waiter = asyncio.create_task(wait())
    for _ in range(3):
        await asyncio.sleep(0.05)
        async with changed:
            count += 1
            changed.notify_all()
    await waiter


async def semaphore():
    permits = asyncio.Semaphore(2)

    async def work():
        async with permits:
            await asyncio.sleep(0.1)

    await asyncio.gather(*(work() for _ in range(6)))


async def queue():
    jobs = asyncio.Queue()
    for number in range(20):
        jobs.put_nowait(0.05 * (1 + number * 7 % 20))

    async def work():
        while True:
            await asyncio.sleep(await jobs.get())
            jobs.task_done()

    workers = [asyncio.create_task(work()) for _ in range(3)]
    await jobs.join()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


if __name__ == "__main__":
    for program in (
        hello, sequence, tasks, gather, timeout, cancel,
        lock, event, condition, semaphore, queue,
    ):
        start = time.perf_counter()
        asyncio.run(program())
        print(program.__name__, time.perf_counter() - start, flush=True)
