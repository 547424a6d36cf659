# California schools of R's survey package: values only, the data stay with the package.
# Run from this folder: Rscript api.R
suppressMessages(library(survey))
data(api)
out <- list()
keep <- function(design, quantity, domain, s, i = 1, low = NA, high = NA, df = NA, deff = NA, replaced = NA)
  out[[length(out) + 1]] <<- data.frame(design, quantity, domain, estimate = as.numeric(coef(s))[i],
                                        se = as.numeric(SE(s))[i], low, high, df, deff, replaced)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
m <- svymean(~api00, ds, deff = TRUE)
keep("apistrat", "mean.api00", "_T", m, df = degf(ds), deff = as.numeric(deff(m)),
     replaced = as.numeric(deff(svymean(~api00, ds, deff = "replace"))))
keep("apistrat", "total.enroll", "_T", svytotal(~enroll, ds), df = degf(ds))
keep("apistrat", "ratio", "_T", svyratio(~api.stu, ~enroll, ds), df = degf(ds))
m <- svymean(~api00, d1); ci <- confint(m, df = degf(d1))
keep("apiclus1", "mean.api00", "_T", m, low = ci[1], high = ci[2], df = degf(d1))
p <- svymean(~stype, d1)
for (i in 1:3) {
  ci <- attr(svyciprop(as.formula(sprintf("~I(stype == '%s')", levels(apiclus1$stype)[i])), d1, method = "beta"), "ci")
  keep("apiclus1", paste0("proportion.", levels(apiclus1$stype)[i]), "_T", p, i, ci[1], ci[2], degf(d1))
}
for (k in levels(apiclus1$stype)) {
  s <- subset(d1, stype == k); m <- svymean(~api00, s, deff = TRUE); ci <- confint(m, df = degf(s))
  keep("apiclus1", "mean.api00", k, m, low = ci[1], high = ci[2], df = degf(s), deff = as.numeric(deff(m)))
}
keep("apiclus2", "mean.api00", "_T", svymean(~api00, d2), df = degf(d2))
keep("apiclus2", "total.enroll", "_T", svytotal(~enroll, d2, na.rm = TRUE), df = degf(d2))
result <- do.call(rbind, out)
for (column in c("estimate", "se", "low", "high", "deff", "replaced"))
  result[[column]] <- ifelse(is.na(result[[column]]), "", sprintf("%.17g", result[[column]]))
con <- file("api.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script api.R", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE, na = "")
close(con)
