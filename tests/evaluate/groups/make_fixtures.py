#!/usr/bin/python3
"""Writes fixtures/groups.json: answers of SciPy and statsmodels (Debian 12) for groups_test.cpp."""
import json
import pathlib

import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(1981)
S, P = 27, 5
group = np.array([0] * 8 + [1] * 10 + [2] * 9)
age = np.round(rng.uniform(20, 60, S), 1)
site = rng.integers(0, 3, S)
score = np.round(rng.normal(size=S) + 0.02 * age, 3)
x = np.round(rng.normal(size=(S, P)) * rng.uniform(0.1, 20, P) + 3, 4)
x[:, 1] += np.round(0.3 * age + 4 * (site == 2) + group, 4)
x[:, 2] += score
x[[0, 9, 20], 3] = np.nan
z = np.column_stack([age, site == 1, site == 2]).astype(float)


def correction(df):
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) * np.sqrt(2 / df))


def fitted(y, columns):
    return sm.OLS(y, sm.add_constant(np.column_stack(columns), has_constant="add")).fit()


out = dict(group=group.tolist(), score=score.tolist(), z=z.tolist(), x=[[None if np.isnan(v) else v for v in row] for row in x])
pair, adjusted_pair, together, adjusted_together, correlation, partial = [], [], [], [], [], []
for f in range(P):
    has = ~np.isnan(x[:, f])
    two = has & (group < 2)
    a, b = x[has & (group == 0), f], x[has & (group == 1), f]
    t = stats.ttest_ind(b, a)
    df = len(a) + len(b) - 2
    pooled = np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / df)
    pair.append(dict(n=[len(a), len(b)], mean=[a.mean(), b.mean()], sd=[a.std(ddof=1), b.std(ddof=1)], t=t.statistic, df=df,
                     difference=b.mean() - a.mean(), g=correction(df) * (b.mean() - a.mean()) / pooled))
    m = fitted(x[two, f], [z[two], group[two]])
    adjusted_pair.append(dict(t=m.tvalues[-1], df=m.df_resid, difference=m.params[-1], g=correction(m.df_resid) * m.params[-1] / np.sqrt(m.mse_resid)))
    F = stats.f_oneway(*[x[has & (group == k), f] for k in range(3)])
    together.append(dict(F=F.statistic))
    full, reduced = fitted(x[has, f], [z[has], group[has] == 1, group[has] == 2]), fitted(x[has, f], [z[has]])
    F = full.compare_f_test(reduced)[0]
    adjusted_together.append(dict(F=F, eta=1 - full.ssr / reduced.ssr, df=full.df_resid))
    correlation.append(dict(r=stats.pearsonr(x[has, f], score[has])[0]))
    rx, rs = fitted(x[has, f], [z[has]]).resid, fitted(score[has], [z[has]]).resid
    partial.append(dict(r=stats.pearsonr(rx, rs)[0], t=fitted(x[has, f], [z[has], score[has]]).tvalues[-1]))
out.update(pair=pair, adjusted_pair=adjusted_pair, together=together, adjusted_together=adjusted_together, correlation=correlation, partial=partial)

# All 252 arrangements of five against five people.
small = np.round(rng.normal(size=(10, 4)) + np.outer(np.arange(10) >= 5, [0, 0.7, 1.2, 2]), 3)
exact = [stats.permutation_test((small[5:, f], small[:5, f]), lambda u, v: abs(stats.ttest_ind(u, v).statistic), vectorized=False,
                                n_resamples=np.inf, alternative="greater").pvalue for f in range(4)]
out["small"] = dict(x=small.tolist(), p=exact, q=multipletests(exact, method="fdr_bh")[1].tolist())
path = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "groups.json"
path.write_text(json.dumps(out, default=float))
