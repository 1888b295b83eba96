"""The gateway on one screen."""

from fastapi import APIRouter
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from edkit.contracts.accounts import (
    ChangeAccount,
    CheckSession,
    EraseAccount,
    ExportAccount,
    GetAccount,
    LoggedOut,
    Register,
    RenewSession,
    ResetPassword,
    SignIn,
    SignOut,
)
from edkit.contracts.classes import (
    CreateClass,
    DeleteClass,
    GetClass,
    JoinClass,
    ListClasses,
    ListMembers,
    MakeResetCode,
    RemoveMember,
    RenameClass,
    RenewJoinCode,
)
from edkit.contracts.jobs import JobEnded, JobMoved
from edkit.contracts.notifications import ListNotifications, NotificationsChanged, ReadNotification
from edkit.service import Command, Mounts, Runtime, Service, read, write
from gateway import admin, models
from gateway.api import make_api, routes_of
from gateway.desk import Desk
from gateway.frame import Frame
from gateway.guard import Guard
from gateway.handlers.accounts import (
    change_account,
    check_changes,
    erase_account,
    export_account,
    get_account,
    hash_new,
    register,
)
from gateway.handlers.classes import (
    create_class,
    delete_class,
    get_class,
    join_class,
    list_classes,
    list_members,
    remove_member,
    rename_class,
    renew_join_code,
)
from gateway.handlers.demo import seed_demo
from gateway.handlers.notifications import list_notifications, read_notification, tell_owner
from gateway.handlers.resets import hash_for_reset, make_reset_code, reset_password
from gateway.handlers.sessions import check_credentials, check_session, renew_session, sign_in, sign_out
from gateway.idempotency import sweep_for_ever
from gateway.limits import Limits
from gateway.openapi import DOCUMENT
from gateway.push import look_for_ever, on_changed, on_logged_out, on_moved, with_push
from gateway.shortcut import Shortcut
from gateway.site import Site


def make_http(runtime: Runtime, *more: APIRouter) -> Mounts:
    """Everything that is not a probe or a socket: the API under `/api`, the web app everywhere else.

    `more` are routes of somebody who measures or tests.
    """
    api, limits = make_api(*more), Limits(runtime)
    api.state.desk = Desk.open(runtime, limits)
    guarded, site = Guard(Shortcut(api, routes_of(*more)), runtime, limits), Site(runtime.settings.web_dir)
    document = Response(DOCUMENT.read_bytes(), media_type="application/json")

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        app: ASGIApp = guarded if path.startswith("/api/") or path == "/api" else site
        await (document if path == "/openapi.json" else app)(scope, receive, send)

    return with_push(runtime, Mounts({"/": Frame(door, runtime)}))


service = Service(
    "gateway",
    metadata=models.metadata,
    requests={
        Register: write(register, prepare=hash_new),
        SignIn: write(sign_in, prepare=check_credentials),
        RenewSession: write(renew_session),
        SignOut: write(sign_out),
        CheckSession: read(check_session),
        ResetPassword: write(reset_password, prepare=hash_for_reset),
        GetAccount: read(get_account),
        ChangeAccount: write(change_account, prepare=check_changes),
        EraseAccount: write(erase_account),
        ExportAccount: read(export_account),
        CreateClass: write(create_class),
        JoinClass: write(join_class),
        ListClasses: read(list_classes),
        GetClass: read(get_class),
        RenameClass: write(rename_class),
        RenewJoinCode: write(renew_join_code),
        DeleteClass: write(delete_class),
        ListMembers: read(list_members),
        RemoveMember: write(remove_member),
        MakeResetCode: write(make_reset_code),
        ListNotifications: read(list_notifications),
        ReadNotification: write(read_notification),
    },
    events={JobEnded: write(tell_owner)},
    notices={LoggedOut: on_logged_out, NotificationsChanged: on_changed, JobMoved: on_moved},
    issuers={CheckSession: ("game_server",), JobEnded: ("job_handler",), JobMoved: ("job_handler",)},
    http=make_http,
    start=(seed_demo,),
    background=(sweep_for_ever, look_for_ever),
    commands=(Command("admin create", "make an account for an administrator", admin.arguments, admin.create),),
)
