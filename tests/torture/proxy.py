"""A slow and unreliable link to one host: a TCP proxy that delays every byte, tears what belongs together, and cuts on demand."""
import asyncio
import contextlib
import random
import socket
import threading


class Proxy:
    """Runs in a thread of its own from construction to close(). Both directions keep their order, as TCP does."""

    PIECE = 1400

    def __init__(self, host: str, port: int, seed: int, delay=(0.005, 0.06)):
        self.upstream, self.delay = (host, port), delay
        self.rng = random.Random(seed)
        self.bytes = 0
        self.stalled = threading.Event()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._listener))
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.upstream)
        except OSError:
            return writer.transport.abort()
        pair = (writer, far_writer)
        self._open.add(pair)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except OSError:
            pass
        finally:
            self._open.discard(pair)
            for end in pair:
                end.transport.abort()

    async def _pump(self, reader, writer):
        """Bytes are on their way for the link's delay, many at once."""
        under_way = asyncio.Queue(maxsize=64)
        sender = asyncio.ensure_future(self._deliver(under_way, writer))
        try:
            while data := await reader.read(self.rng.randint(1, self.PIECE)):
                await under_way.put((self._loop.time() + self.rng.uniform(*self.delay), data))
            await under_way.put((0, b""))
            await sender
        finally:
            sender.cancel()

    async def _deliver(self, under_way, writer):
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(max(0, due - self._loop.time()))
            while self.stalled.is_set():
                await asyncio.sleep(0.02)
            if not data:
                return writer.can_write_eof() and writer.write_eof()
            self.bytes += len(data)
            writer.write(data)
            await writer.drain()

    def reset(self):
        """Every connection ends with RST, whatever is under way."""
        def abort():
            for pair in list(self._open):
                for end in pair:
                    sock = end.get_extra_info("socket")
                    with contextlib.suppress(OSError, AttributeError):  # it is closed already
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    end.transport.abort()
        self._loop.call_soon_threadsafe(abort)

    def close(self):
        self.reset()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
