"""The PostgreSQL that comes with the product."""

from innovalley.config.postgres.cluster import (
    DATABASE,
    EXTENSIONS,
    ROLE,
    Cluster,
    Status,
    default_cluster,
)
from innovalley.config.postgres.programs import package_folder
from innovalley.config.postgres.user import PostgresError, reachable

__all__ = [
    "DATABASE",
    "EXTENSIONS",
    "ROLE",
    "Cluster",
    "PostgresError",
    "Status",
    "default_cluster",
    "package_folder",
    "reachable",
]
