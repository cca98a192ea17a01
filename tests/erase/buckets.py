"""A stand-in for S3: the demo with buckets that are directories, asked as Zulip's storage for S3 asks its own.

Zulip's own code for S3 needs a server of that kind; what is here answers as boto3's buckets do, errors included.
"""

from __future__ import annotations

from pathlib import Path

from zulip_bridge.demo import DemoInstall

SETTINGS = """
from zproject.settings import *
LOCAL_UPLOADS_DIR = LOCAL_FILES_DIR = LOCAL_AVATARS_DIR = None
S3_AUTH_UPLOADS_BUCKET, S3_AVATAR_BUCKET = "uploads", "avatars"
INSTALLED_APPS = [*INSTALLED_APPS, "bucket_app.Buckets"]
"""

APP = """
import datetime, sys, types
from pathlib import Path
from django.apps import AppConfig

TOP = Path(__file__).parent / "buckets"


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


ClientError.__module__ = "botocore.exceptions"


class Object:
    def __init__(self, bucket, key):
        self.path = TOP / bucket / key

    def load(self):
        if not self.path.is_file():
            raise ClientError("404")

    def get(self):
        if (TOP / "down").exists():
            raise ClientError("ServiceUnavailable")
        if not self.path.is_file():
            raise ClientError("NoSuchKey")
        modified = datetime.datetime.now(datetime.timezone.utc)
        return {"LastModified": modified, "ContentLength": self.path.stat().st_size, "Body": self.path.open("rb")}

    def delete(self):
        if (TOP / "down").exists():
            raise ClientError("ServiceUnavailable")
        self.path.unlink(missing_ok=True)


class Bucket:
    def __init__(self, name):
        self.name = name

    def Object(self, key):
        return Object(self.name, key)


class Buckets(AppConfig):
    name = "bucket_app"

    def ready(self):
        import zerver.lib.upload as upload
        from zerver.lib.upload.base import ZulipUploadBackend

        class Backend(ZulipUploadBackend):
            def delete_message_attachment(self, path_id):
                found = Object("uploads", path_id)
                try:
                    found.load()
                except ClientError:
                    return False
                found.delete()
                return True

            def all_message_attachments(self, include_thumbnails=False, prefix=""):
                for path in sorted((TOP / "uploads").rglob("*")):
                    key = str(path.relative_to(TOP / "uploads"))
                    if path.is_file() and key.startswith(prefix):
                        yield key, datetime.datetime.now(datetime.timezone.utc)

        upload.upload_backend = Backend()
        module = types.ModuleType("zerver.lib.upload.s3")
        module.get_bucket = lambda name, authed=True: Bucket(name)
        sys.modules[module.__name__] = module
"""


def move_into_buckets(install: DemoInstall) -> Path:
    """Have the install keep its files in buckets from now on; the directory that holds them."""
    (install.path / "bucket_settings.py").write_text(SETTINGS)
    (install.path / "bucket_app.py").write_text(APP)
    manage = install.path / "manage.py"
    own = f'sys.path.append({str(install.path)!r})\n    os.environ["DJANGO_SETTINGS_MODULE"] = "bucket_settings"'
    text = manage.read_text().replace('os.environ["DJANGO_SETTINGS_MODULE"] = "zproject.settings"', own)
    assert own in text
    manage.write_text(text)
    top = install.path / "buckets"
    for name in ("uploads", "avatars"):
        (top / name).mkdir(parents=True)
    return top


def put(top: Path, *keys: str) -> None:
    """Store objects."""
    for key in keys:
        path = top / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"data")
