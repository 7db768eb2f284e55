"""Files: the upload in three steps, and what hangs on a message (files.*UploadExternal)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.slack import posting
from tests.slack.basics import JSON, Refusal, User, seconds_of
from tests.slack.calls import Call, Method, Methods
from tests.slack.messages import Draft

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.world import Workspace


@dataclass(eq=False)
class File:
    """A file in the workspace; one that a person has not uploaded yet has no id."""

    name: str
    content: bytes = b""
    title: str = ""
    id: str = ""
    user: User | None = field(default=None, repr=False)
    alt_text: str = ""

    def payload(self) -> JSON:
        """Write it as it hangs on a message."""
        kind = self.name.rpartition(".")[2].lower() if "." in self.name else "text"
        body: JSON = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "filetype": kind,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
        }
        if self.user is not None:
            world = self.user.workspace
            link = f"{world.address}/files/{world.id}-{self.id}/{self.name}"
            body |= {
                "created": seconds_of(world.now()),
                "timestamp": seconds_of(world.now()),
                "user": self.user.id,
                "url_private": link,
                "url_private_download": f"{link}?download=1",
                "permalink": f"{world.url}files/{self.user.id}/{self.id}/{self.name}",
            }
        return body


@dataclass(eq=False)
class Upload:
    """A place for a file that was asked for, and the file once its bytes are there."""

    file: File
    length: int
    token: str
    """The last part of its address."""
    filled: bool = False
    completed: bool = False


def take_in(user: User, file: File) -> File:
    """Let a person's file be in the workspace."""
    file.id, file.user = user.workspace.new_id("F"), user
    user.workspace.files[file.id] = file
    return file


def get_upload_url(call: Call) -> JSON:
    world = call.world
    length = call.number("length", 0)
    if length <= 0:
        raise Refusal("missing_argument")
    if len(call.text("alt_txt")) > 1000:
        raise Refusal("alt_txt_too_large")
    file = File(str(call.need("filename")), b"", "", world.new_id("F"), world.bot)
    file.alt_text = call.text("alt_txt")
    upload = Upload(file, length, world.new_id("UP"))
    world.uploads[upload.token] = upload
    return {"upload_url": f"{world.address}/upload/v1/{upload.token}", "file_id": file.id}


def fill(world: Workspace, token: str, content: bytes) -> None:
    """Take the bytes of a file; raises a refusal if they are not as many as were told."""
    upload = world.uploads.get(token)
    if upload is None:
        raise Refusal("not_found", status=404)
    if len(content) != upload.length:
        raise Refusal("length_mismatch", status=400)
    upload.file.content, upload.filled = content, True


def complete_upload(call: Call) -> JSON:
    """Share files where it is asked for. As in Slack, the answer does not tell the message's ts."""
    world = call.world
    uploads = [_filled(world, one) for one in _wanted(call)]
    files = [one.file for one in uploads]
    number = call.text("channel_id")
    named = [one for one in call.text("channels").split(",") if one]
    if call.text("thread_ts") and len(named) > 1:
        raise Refusal("invalid_arguments")
    channels = [_target(world, where) for where in ([number] if number else named)]
    for channel in channels:
        comment = call.text("initial_comment")
        blocks = [] if comment else call.json("blocks", "invalid_blocks") or []
        thread = call.text("thread_ts") or None
        posting.post(channel, world.bot, Draft(comment, blocks, thread=thread, files=files))
    for upload in uploads:
        upload.completed = True
        world.files[upload.file.id] = upload.file
    return {"files": [file.payload() for file in files]}


def _wanted(call: Call) -> list[JSON]:
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal("invalid_arguments")
    return wanted


def _filled(world: Workspace, wanted: JSON) -> Upload:
    for upload in world.uploads.values():
        if upload.file.id == wanted.get("id") and upload.filled and not upload.completed:
            upload.file.title = wanted.get("title") or upload.file.name
            return upload
    raise Refusal("file_not_found")


def _target(world: Workspace, number: str) -> Channel:
    person = world.users.get(number)
    channel = world.conversation(person) if person else world.find_channel(number)
    if world.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def info(call: Call) -> JSON:
    """Answer with a file and where it is shared."""
    file = call.world.files.get(str(call.need("file")))
    if file is None:
        raise Refusal("file_not_found")
    shares: JSON = {"public": {}, "private": {}}
    for channel in call.world.channels.values():
        found = [one for one in channel.everything if file in one.files]
        for message in found:
            kind = "private" if channel.private else "public"
            shares[kind].setdefault(channel.id, []).append({"ts": message.ts})
    return {"file": file.payload() | {"shares": {k: v for k, v in shares.items() if v}}}


METHODS: Methods = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
