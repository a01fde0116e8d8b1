//! What earlier runs have left: unfinished statements, and those that stand in the way of new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use artifice_ledger::{Kind, Listed, Refusal, State, Statement, StatementId};
use artifice_model::{Tenant, TenantId};

use crate::Purpose;
use crate::draft::adjust::rules_of;
use crate::error::EngineError;
use crate::run::shared::Run;
use crate::run::tasks::{Outcome, Tasks};
use crate::run::tenants::Tenants;
use crate::tell::{Billed, Failed, How, Progress, Told};
use crate::trouble::is_held;

impl Run {
    /// Finishes what earlier runs left unfinished, and refuses whoever has been billed for a part of
    /// the period. Answers for whom there is nothing left to do in this round.
    pub async fn finish_all(self: &Arc<Self>, tenants: &Tenants) -> Result<BTreeSet<TenantId>, EngineError> {
        let Listed { mut statements, unreadable, .. } = self.concerned(tenants).await?;
        let mut unfinished: BTreeMap<TenantId, Vec<Statement>> = BTreeMap::new();
        for statement in statements.iter().filter(|statement| statement.state.is_unfinished()) {
            unfinished.entry(statement.tenant.id.clone()).or_default().push(statement.clone());
        }
        let begun: BTreeSet<StatementId> =
            unfinished.values().flatten().map(|statement| statement.id.clone()).collect();
        if !unfinished.is_empty() {
            let watch = &self.clerk.watch;
            watch.listener.progress(&Progress::Finishing { tenants: unfinished.len() });
            let mut tasks = Tasks::new(self.clerk.engine.config().workers(), watch.clone());
            for (id, statements) in unfinished {
                if self.is_cancelled() {
                    break;
                }
                let (run, tenant) = (self.clone(), tenants.found(&id));
                tasks.start(async move { run.finish_tenant(tenant, statements).await }).await;
            }
            tasks.end().await?;
            statements = self.concerned(tenants).await?.statements;
        }
        self.has_looked(tenants, &statements);
        // What another worker has begun meanwhile is its to finish.
        let others = statements.iter().filter(|other| other.state.is_unfinished() && !begun.contains(&other.id));
        self.left().extend(others.map(|other| other.tenant.id.clone()));
        let mut done = self.left().clone();
        // Nobody knows what was billed to them: nothing is, until somebody has looked at it.
        for row in unreadable.into_iter().filter(|row| !self.left().contains(&row.tenant.id)) {
            done.insert(row.tenant.id.clone());
            self.tell(Told::Failed(Failed::of(row.tenant, row.error)));
        }
        for statement in statements.into_iter().filter(|statement| !self.left().contains(&statement.tenant.id)) {
            self.look_at(statement, &begun, &mut done);
        }
        Ok(done)
    }

    async fn finish_tenant(&self, tenant: Tenant, statements: Vec<Statement>) -> Outcome {
        let mut told = Vec::new();
        match self.leases.take(&tenant.id).await {
            Ok(true) => {}
            Ok(false) => {
                self.left().insert(tenant.id);
                return Outcome { told, lost: Ok(()) };
            }
            Err(error) => return self.failed(tenant, error.into()).await,
        }
        let mut lost = Ok(());
        for statement in &statements {
            // A credit is finished with what it takes back.
            let of_voiding = statement.refers_to.as_ref().filter(|_| statement.kind == Kind::Credit);
            if of_voiding.is_some_and(|about| statements.iter().any(|other| other.id == about.id)) {
                continue;
            }
            match self.clerk.finish(statement.clone()).await {
                Ok(billed) => told.push(Told::Billed(Box::new(billed))),
                Err(trouble) => {
                    let ended = self.failed(tenant.clone(), trouble).await;
                    told.extend(ended.told);
                    lost = ended.lost;
                    if lost.is_err() {
                        break;
                    }
                }
            }
        }
        self.leases.leave(&tenant.id).await;
        self.clerk.watch.listener.progress(&Progress::Ended { tenant: tenant.id });
        Outcome { told, lost }
    }

    /// Tells what a statement that is there means for this run: whether there is something left to do for
    /// its tenant.
    fn look_at(&self, statement: Statement, begun: &BTreeSet<StatementId>, done: &mut BTreeSet<TenantId>) {
        let tenant = statement.tenant.clone();
        let (this, overlaps) = (statement.period == self.period, statement.period.overlaps(self.period));
        if statement.state == State::Held {
            self.tell(Told::Failed(is_held(&statement).of(tenant.clone())));
        }
        if !overlaps || statement.kind == Kind::Credit {
            return;
        }
        if this && self.purpose == Purpose::Adjustment {
            if let (Kind::Invoice, State::Committed, Err(why)) = (statement.kind, statement.state, rules_of(&statement))
            {
                done.insert(tenant.id.clone());
                self.tell(Told::Failed(why.of(tenant.clone())));
            }
            // What cannot be adjusted yet was told already.
            if statement.state != State::Committed {
                done.insert(tenant.id);
            }
            return;
        }
        // Told once for a tenant, however many statements cover parts of the period.
        if statement.kind == Kind::Invoice && done.insert(tenant.id.clone()) {
            if !this {
                let overlap = Refusal::Overlap { period: self.period, statement: Box::new(statement) };
                self.tell(Told::Failed(Failed::of(tenant, overlap)));
            } else if statement.state == State::Committed && !begun.contains(&statement.id) {
                self.tell(Told::Billed(Box::new(Billed { statement, how: How::Before })));
            }
        }
    }
}
