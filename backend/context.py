"""Responsible for handing use cases the cloud: one identity's adapters, made when first needed."""

from dataclasses import dataclass, replace
from functools import cached_property

from backend.aws.audit_table import AuditTable
from backend.aws.build_table import BuildTable
from backend.aws.cost_explorer import CostExplorer
from backend.aws.cost_table import CostTable
from backend.aws.cost_tags import CostAllocationTags
from backend.aws.executions import Executions
from backend.aws.functions import Functions
from backend.aws.invoice_table import InvoiceTable
from backend.aws.metrics import Metrics
from backend.aws.objects import Objects
from backend.aws.people import People
from backend.aws.plan_table import PlanTable
from backend.aws.policy_table import PolicyTable
from backend.aws.price_list import PriceList
from backend.aws.price_notes import PriceNotes
from backend.aws.queues import Queues
from backend.aws.registry import Registry
from backend.aws.remembered import Remembered
from backend.aws.roles import Roles
from backend.aws.run_history import RunHistory
from backend.aws.scheduling_table import SchedulingTable
from backend.aws.session import AwsSession
from backend.aws.sharing_table import SharingTable
from backend.aws.sign_in import SignIn
from backend.aws.stacks import Stacks
from backend.aws.sweep_notes import SweepNotes
from backend.aws.sync_notes import SyncNotes
from backend.aws.tables import AlgorithmTable, TenantTable, TierTable
from backend.aws.tag_notes import TagNotes
from backend.aws.tenant_resources import TenantResources
from backend.domain import naming
from backend.domain.site import Site
from backend.domain.tenant import Tenant
from backend.settings import Settings


@dataclass(frozen=True)
class Context:
    """What a use case may touch, with the rights of whoever `session` belongs to."""

    settings: Settings
    session: AwsSession

    @classmethod
    def from_environment(cls) -> "Context":
        return cls(Settings.from_environment(), AwsSession())

    def as_portal(self) -> "Context":
        """The same cloud with the portal's own rights, for whoever may assume its role."""
        role_arn = naming.role_arn(naming.PORTAL_ROLE, self.session.account)
        return replace(self, session=self.session.assume(role_arn, name="operator"))

    def on_behalf_of(self, tenant: Tenant) -> "Context":
        """The same cloud with no more rights than the tenant's own access role has.

        That role trusts the portal's alone: anybody else must act `as_portal` first.
        """
        session = self.session.assume(
            tenant.access_role_arn,
            name=f"portal-{tenant.tenant_id}",
            external_id=tenant.tenant_id,
        )
        return replace(self, session=session)

    @cached_property
    def tenants(self) -> TenantTable:
        return TenantTable(self.session)

    @cached_property
    def builds(self) -> BuildTable:
        return BuildTable(self.session)

    @cached_property
    def scheduling(self) -> SchedulingTable:
        return SchedulingTable(self.session)

    @cached_property
    def remembered(self) -> Remembered:
        return Remembered(self.tiers, self.policy, self.tenants, self.algorithms, self.runs)

    @cached_property
    def runs(self) -> RunHistory:
        return RunHistory(self.session)

    @cached_property
    def tiers(self) -> TierTable:
        return TierTable(self.session)

    @cached_property
    def policy(self) -> PolicyTable:
        return PolicyTable(self.session)

    @cached_property
    def audit(self) -> AuditTable:
        return AuditTable(self.session)

    @cached_property
    def sweeps(self) -> SweepNotes:
        return SweepNotes(self.session)

    @cached_property
    def algorithms(self) -> AlgorithmTable:
        return AlgorithmTable(self.session)

    @cached_property
    def objects(self) -> Objects:
        return Objects(self.session)

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.session)

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self.session)

    @cached_property
    def executions(self) -> Executions:
        return Executions(self.session)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.session)

    @cached_property
    def functions(self) -> Functions:
        return Functions(self.session)

    @cached_property
    def stacks(self) -> Stacks:
        return Stacks(self.session)

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(self.session)

    @cached_property
    def costs(self) -> CostExplorer:
        return CostExplorer(self.session)

    @cached_property
    def cost_table(self) -> CostTable:
        return CostTable(self.session)

    @cached_property
    def sync_notes(self) -> SyncNotes:
        return SyncNotes(self.session)

    @cached_property
    def sharing(self) -> SharingTable:
        return SharingTable(self.session)

    @cached_property
    def cost_tags(self) -> CostAllocationTags:
        return CostAllocationTags(self.session)

    @cached_property
    def tag_notes(self) -> TagNotes:
        return TagNotes(self.session)

    @cached_property
    def price_list(self) -> PriceList:
        return PriceList(self.session)

    @cached_property
    def prices(self) -> PriceNotes:
        """AWS's list prices as they were last read."""
        return PriceNotes(self.session)

    @cached_property
    def plans(self) -> PlanTable:
        return PlanTable(self.session)

    @cached_property
    def invoices(self) -> InvoiceTable:
        return InvoiceTable(self.session)

    @cached_property
    def people(self) -> People:
        return People(self.session)

    @cached_property
    def roles(self) -> Roles:
        return Roles(self.session)

    @cached_property
    def resources(self) -> TenantResources:
        return TenantResources(self.session, self.people)

    @cached_property
    def site(self) -> Site:
        """Where this deployment's tenants live."""
        portal_url = self.stacks.outputs(naming.STACK)["PortalUrl"]
        return Site(self.session.account, self.session.region, portal_url)
