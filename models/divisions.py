"""Administrative divisions as the customer loads them (统计用区划代码: county 6, township 9, village 12 digits)."""

from sqlmodel import Field, SQLModel


class Division(SQLModel, table=True):
    """A county, township or village. `level`: county, township, village."""

    __tablename__ = "division"
    code: str = Field(primary_key=True, max_length=12)
    name: str = Field(max_length=64)
    level: str = Field(max_length=12)
    parent: str | None = Field(None, max_length=12, index=True)
    version: int = 1
