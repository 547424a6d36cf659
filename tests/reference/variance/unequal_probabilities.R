# PSUs drawn without replacement with unequal probabilities. Run from this folder: Rscript unequal_probabilities.R
# Makes unequal_probabilities.csv and unequal_probabilities_joint.csv (invented), reads the election data of the package.
suppressMessages(library(survey))
RNGversion("3.6.0"); set.seed(705)
# Conditional Poisson sampling of 6 out of 12: joint probabilities by listing all 924 samples.
odds <- runif(12, .3, 3)
all <- combn(12, 6)
chance <- apply(all, 2, function(s) prod(odds[s])); chance <- chance / sum(chance)
joint <- matrix(0, 12, 12)
for (k in seq_along(chance)) joint[all[, k], all[, k]] <- joint[all[, k], all[, k]] + chance[k]
chosen <- all[, sample(ncol(all), 1, prob = chance)]
joint <- joint[chosen, chosen]
people <- data.frame(psu = rep(1:6, c(3, 4, 2, 5, 3, 4)))
people$p <- diag(joint)[people$psu]
people$y <- round(exp(rnorm(nrow(people), 2, .5)) + 2 / people$p, 2)
people$x <- round(runif(nrow(people), 1, 4), 1)
people$area <- rep(c("a", "b"), length.out = nrow(people))
write.csv(people, "unequal_probabilities.csv", row.names = FALSE, quote = FALSE)
write.table(joint, "unequal_probabilities_joint.csv", sep = ",", row.names = FALSE, col.names = FALSE)
people <- read.csv("unequal_probabilities.csv")
joint <- as.matrix(read.csv("unequal_probabilities_joint.csv", header = FALSE)); dimnames(joint) <- NULL
out <- list()
keep <- function(case, quantity, domain, s) out[[length(out) + 1]] <<- data.frame(
  case, quantity, domain, estimate = as.numeric(coef(s))[1], se = as.numeric(SE(s))[1])
persons <- joint[people$psu, people$psu]
designs <- list(brewer = svydesign(id = ~psu, fpc = ~p, data = people, pps = "brewer"),
                horvitz_thompson = svydesign(id = ~1, fpc = ~p, data = people, pps = ppsmat(persons), variance = "HT"),
                replacement = svydesign(id = ~psu, probs = ~p, data = people))
for (m in names(designs)) for (k in c("_T", "a")) {
  s <- if (k == "_T") designs[[m]] else subset(designs[[m]], area == k)
  keep(m, "total", k, svytotal(~y, s)); keep(m, "mean", k, svymean(~y, s)); keep(m, "ratio", k, svyratio(~y, ~x, s))
}
# Yates and Grundy's form is for units that are drawn: totals of PSUs
units <- aggregate(cbind(y, a = y * (area == "a")) ~ psu + p, people, sum); units <- units[order(units$psu), ]
yg <- svydesign(id = ~1, fpc = ~p, data = units, pps = ppsmat(joint), variance = "YG")
keep("yates_grundy", "total", "_T", svytotal(~y, yg)); keep("yates_grundy", "total", "a", svytotal(~a, yg))
data(election)
keep("election.brewer", "total", "_T", svytotal(~Bush, svydesign(id = ~1, fpc = ~p, data = election_pps, pps = "brewer")))
result <- do.call(rbind, out)
for (column in c("estimate", "se")) result[[column]] <- sprintf("%.17g", result[[column]])
con <- file("unequal_probabilities.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script unequal_probabilities.R, seed 705", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
