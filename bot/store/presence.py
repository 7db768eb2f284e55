"""Where whoever serves can be reached, as it says in the store itself.

On PostgreSQL there is no file beside the store that could say it. The row outlives the process that
wrote it, so it counts for the one alone that is told by the same name (`Holder.told_as`).
"""

from __future__ import annotations

from bot.store.holding import Holder
from bot.store.tables import Connection

WHO = "serves"
"""The name of the only row."""


async def tell(connection: Connection, holder: Holder) -> None:
    """Write down who begins to serve, in place of whoever did before."""
    await connection.run(
        "INSERT INTO serving (name, told_as, host, address, near) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET told_as = excluded.told_as, host = excluded.host, "
        "address = excluded.address, near = excluded.near",
        (WHO, holder.told_as, holder.host, holder.address, holder.near),
    )
